<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>counterfoil</name>
    <message>
        <source>This window is closed</source>
        <translation>本窗口暂停服务</translation>
    </message>
    <message>
        <source>Please go to another window</source>
        <translation>请到其他窗口办理</translation>
    </message>
    <message>
        <source>Welcome. Please tell us where you want to go</source>
        <translation>欢迎光临，请告知乘车区间</translation>
    </message>
    <message>
        <source>Your change</source>
        <translation>找零</translation>
    </message>
    <message>
        <source>Thank you. Have a good journey</source>
        <translation>谢谢，祝您旅途愉快</translation>
    </message>
    <message>
        <source>Please follow the card terminal</source>
        <translation>请按刷卡机提示操作</translation>
    </message>
    <message>
        <source>Please show your payment code</source>
        <translation>请出示付款码</translation>
    </message>
    <message>
        <source>One moment, please: the payment is being checked</source>
        <translation>请稍候，正在核对付款</translation>
    </message>
    <message>
        <source>SEE CARD TERMINAL</source>
        <translation>请看刷卡机</translation>
    </message>
    <message>
        <source>SHOW PAYMENT CODE</source>
        <translation>请出示付款码</translation>
    </message>
    <message>
        <source>ONE MOMENT PLEASE</source>
        <translation>请稍候</translation>
    </message>
    <message>
        <source>and {n} more</source>
        <translation>另有{n}人</translation>
    </message>
    <message>
        <source>TO</source>
        <translation>至</translation>
    </message>
    <message>
        <source>WINDOW CLOSED</source>
        <translation>暂停服务</translation>
    </message>
    <message>
        <source>NEXT WINDOW PLEASE</source>
        <translation>请到其他窗口</translation>
    </message>
    <message>
        <source>TOTAL</source>
        <translation>合计</translation>
    </message>
    <message>
        <source>TO PAY</source>
        <translation>应付</translation>
    </message>
    <message>
        <source>CHANGE</source>
        <translation>找零</translation>
    </message>
    <message>
        <source>THANK YOU</source>
        <translation>谢谢</translation>
    </message>
    <message>
        <source>PAID</source>
        <translation>已付</translation>
    </message>
    <message>
        <source>RECEIVED</source>
        <translation>实收</translation>
    </message>
    <message>
        <source>Only a part of the code arrived. It was dropped.</source>
        <translation>只收到部分条码，已丢弃。</translation>
    </message>
    <message>
        <source>The code did not end. It was dropped: the scanner must send its suffix after each code.</source>
        <translation>条码没有结束符，已丢弃。请将扫码器设为每次扫码后发送结束符。</translation>
    </message>
    <message>
        <source>What arrived is no code. The speed of the line may be set wrongly.</source>
        <translation>收到的不是条码，串口速率可能设置有误。</translation>
    </message>
    <message>
        <source>The code came without the prefix that is set for this scanner. It was dropped.</source>
        <translation>条码缺少为该扫码器设定的前缀，已丢弃。</translation>
    </message>
    <message>
        <source>Please scan again</source>
        <translation>请重新扫码</translation>
    </message>
    <message>
        <source>A payment code was scanned</source>
        <translation>扫到付款码</translation>
    </message>
    <message>
        <source>Nothing waits for money here, and nothing was charged.</source>
        <translation>此处没有待收款项，未扣款。</translation>
    </message>
    <message>
        <source>Scan it at the checkout, when the amount shows.</source>
        <translation>请在收款界面显示金额后再扫。</translation>
    </message>
    <message>
        <source>This code means nothing here</source>
        <translation>无法识别此码</translation>
    </message>
    <message>
        <source>It is no ticket, no document and no payment code.</source>
        <translation>不是车票、证件或付款码。</translation>
    </message>
    <message>
        <source>A document's number can be typed.</source>
        <translation>证件号码可手工输入。</translation>
    </message>
    <message>
        <source>Amount due</source>
        <translation>应付</translation>
    </message>
    <message>
        <source>Received so far</source>
        <translation>已收</translation>
    </message>
    <message>
        <source>Please check route, date and class</source>
        <translation>请核对行程、日期和席别</translation>
    </message>
    <message>
        <source>Card terminal</source>
        <translation>刷卡机</translation>
    </message>
    <message>
        <source>Customer display</source>
        <translation>顾客显示牌</translation>
    </message>
    <message>
        <source>Scanner</source>
        <translation>扫码器</translation>
    </message>
    <message>
        <source>Document reader</source>
        <translation>证件阅读器</translation>
    </message>
    <message>
        <source>Customer window</source>
        <translation>顾客屏</translation>
    </message>
    <message>
        <source>being looked for …</source>
        <translation>正在查找…</translation>
    </message>
    <message>
        <source>connected</source>
        <translation>已连接</translation>
    </message>
    <message>
        <source>not there; tried again by itself</source>
        <translation>未连接，自动重试中</translation>
    </message>
    <message>
        <source>closed</source>
        <translation>已关闭</translation>
    </message>
    <message>
        <source>cannot be read</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <source>too large</source>
        <translation>文件过大</translation>
    </message>
    <message>
        <source>no picture</source>
        <translation>不是图片</translation>
    </message>
    <message>
        <source>more than are shown</source>
        <translation>超出显示数量</translation>
    </message>
    <message>
        <source>open</source>
        <translation>已打开</translation>
    </message>
    <message>
        <source>shut</source>
        <translation>未打开</translation>
    </message>
    <message>
        <source>types like a keyboard</source>
        <translation>键盘方式</translation>
    </message>
    <message>
        <source>not in use</source>
        <translation>未启用</translation>
    </message>
    <message>
        <source>Around the till</source>
        <translation>外围设备</translation>
    </message>
    <message>
        <source>Open the customer window</source>
        <translation>打开顾客屏</translation>
    </message>
    <message>
        <source>Shut the customer window</source>
        <translation>关闭顾客屏</translation>
    </message>
    <message>
        <source>Did not</source>
        <translation>未打出</translation>
    </message>
    <message>
        <source>not asked yet</source>
        <translation>尚未查询</translation>
    </message>
    <message>
        <source>terminal no. {number}</source>
        <translation>终端号 {number}</translation>
    </message>
    <message>
        <source>day last closed: {when}</source>
        <translation>上次日结：{when}</translation>
    </message>
</context>
</TS>
