<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>counterfoil</name>
    <message>
        <source>the bank said no</source>
        <translation>银行拒绝</translation>
    </message>
    <message>
        <source>the card is blocked</source>
        <translation>卡片已冻结</translation>
    </message>
    <message>
        <source>the card has expired</source>
        <translation>卡片已过期</translation>
    </message>
    <message>
        <source>not enough money on the card</source>
        <translation>卡内余额不足</translation>
    </message>
    <message>
        <source>above the limit of the card</source>
        <translation>超过卡片限额</translation>
    </message>
    <message>
        <source>the PIN was wrong</source>
        <translation>密码错误</translation>
    </message>
    <message>
        <source>the PIN was wrong too often</source>
        <translation>密码错误次数过多</translation>
    </message>
    <message>
        <source>the terminal did not reach the bank</source>
        <translation>终端未能连接银行</translation>
    </message>
    <message>
        <source>the card could not be read</source>
        <translation>无法读卡</translation>
    </message>
    <message>
        <source>this card is not taken here</source>
        <translation>不受理此卡</translation>
    </message>
    <message>
        <source>stopped, or no card was shown in time</source>
        <translation>已停止，或未及时出示卡片</translation>
    </message>
    <message>
        <source>the terminal said no</source>
        <translation>终端拒绝</translation>
    </message>
    <message>
        <source>the terminal did not give it back</source>
        <translation>终端未能退回</translation>
    </message>
    <message>
        <source>Nothing is lost if this takes long: whatever was paid stays on record.</source>
        <translation>时间较长也不会丢失：已付款项均有记录。</translation>
    </message>
    <message>
        <source>Waiting for the amount to be confirmed</source>
        <translation>等待确认金额</translation>
    </message>
    <message>
        <source>Waiting for the mobile number again</source>
        <translation>请再次输入手机号</translation>
    </message>
    <message>
        <source>Insert the card to load it</source>
        <translation>请插入要充值的卡</translation>
    </message>
    <message>
        <source>Emergency transaction, please wait</source>
        <translation>应急交易，请稍候</translation>
    </message>
    <message>
        <source>A customer card was inserted</source>
        <translation>已插入客户卡</translation>
    </message>
    <message>
        <source>The customer chooses the currency of the card</source>
        <translation>旅客选择卡片币种</translation>
    </message>
    <message>
        <source>Waiting for the mileage</source>
        <translation>等待输入里程</translation>
    </message>
    <message>
        <source>Waiting for the clerk</source>
        <translation>等待售票员操作</translation>
    </message>
    <message>
        <source>An automatic diagnosis begins</source>
        <translation>终端开始自动诊断</translation>
    </message>
    <message>
        <source>An automatic initialisation begins</source>
        <translation>终端开始自动初始化</translation>
    </message>
    <message>
        <source>Merchant journal full</source>
        <translation>商户流水已满</translation>
    </message>
    <message>
        <source>Debit advice not possible, PIN required</source>
        <translation>不能免密支付，请输入密码</translation>
    </message>
    <message>
        <source>Please use the cleaning card</source>
        <translation>请使用清洁卡</translation>
    </message>
    <message>
        <source>Offline transaction</source>
        <translation>脱机交易</translation>
    </message>
    <message>
        <source>{sentence}.</source>
        <translation>{sentence}。</translation>
    </message>
</context>
</TS>
