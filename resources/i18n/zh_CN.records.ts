<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>counterfoil</name>
    <message>
        <source>Float</source>
        <translation>备用金</translation>
    </message>
    <message>
        <source>Cash sales</source>
        <translation>现金售票</translation>
    </message>
    <message>
        <source>Cash refunds</source>
        <translation>现金退票</translation>
    </message>
    <message>
        <source>Paid in</source>
        <translation>存入</translation>
    </message>
    <message>
        <source>Paid out</source>
        <translation>支出</translation>
    </message>
    <message>
        <source>Cash drops</source>
        <translation>缴款</translation>
    </message>
    <message>
        <source>Expected</source>
        <translation>应有</translation>
    </message>
    <message>
        <source>Counted</source>
        <translation>实点</translation>
    </message>
    <message>
        <source>Over / short</source>
        <translation>长款 / 短款</translation>
    </message>
    <message>
        <source>Cash</source>
        <translation>现金</translation>
    </message>
    <message>
        <source>Card</source>
        <translation>银行卡</translation>
    </message>
    <message>
        <source>Voucher</source>
        <translation>代金券</translation>
    </message>
    <message>
        <source>Cash refunded</source>
        <translation>退票付现</translation>
    </message>
    <message>
        <source>Card refunded</source>
        <translation>退回银行卡</translation>
    </message>
    <message>
        <source>Adult</source>
        <translation>成人</translation>
    </message>
    <message>
        <source>Child</source>
        <translation>儿童</translation>
    </message>
    <message>
        <source>Student</source>
        <translation>学生</translation>
    </message>
    <message>
        <source>Infant</source>
        <translation>婴幼儿</translation>
    </message>
    <message>
        <source>Disabled veteran</source>
        <translation>残军</translation>
    </message>
    <message>
        <source>Senior</source>
        <translation>老年</translation>
    </message>
    <message>
        <source>Group</source>
        <translation>团体</translation>
    </message>
    <message>
        <source>Business class</source>
        <translation>商务座</translation>
    </message>
    <message>
        <source>Premier class</source>
        <translation>特等座</translation>
    </message>
    <message>
        <source>First class</source>
        <translation>一等座</translation>
    </message>
    <message>
        <source>Second class</source>
        <translation>二等座</translation>
    </message>
    <message>
        <source>Hard seat</source>
        <translation>硬座</translation>
    </message>
    <message>
        <source>Soft seat</source>
        <translation>软座</translation>
    </message>
    <message>
        <source>Hard sleeper, upper</source>
        <translation>硬卧上铺</translation>
    </message>
    <message>
        <source>Hard sleeper, middle</source>
        <translation>硬卧中铺</translation>
    </message>
    <message>
        <source>Hard sleeper, lower</source>
        <translation>硬卧下铺</translation>
    </message>
    <message>
        <source>Soft sleeper, upper</source>
        <translation>软卧上铺</translation>
    </message>
    <message>
        <source>Soft sleeper, lower</source>
        <translation>软卧下铺</translation>
    </message>
    <message>
        <source>Deluxe soft sleeper, upper</source>
        <translation>高级软卧上铺</translation>
    </message>
    <message>
        <source>Deluxe soft sleeper, lower</source>
        <translation>高级软卧下铺</translation>
    </message>
    <message>
        <source>Standing</source>
        <translation>无座</translation>
    </message>
    <message>
        <source>Standard</source>
        <translation>普通</translation>
    </message>
    <message>
        <source>Economy</source>
        <translation>经济</translation>
    </message>
    <message>
        <source>Z report {number}</source>
        <translation>结账报表 Z {number}</translation>
    </message>
    <message>
        <source>X report</source>
        <translation>班中报表 X</translation>
    </message>
    <message>
        <source>{station}, window {counter}</source>
        <translation>{station} {counter} 号窗口</translation>
    </message>
    <message>
        <source>By passenger</source>
        <translation>按票种</translation>
    </message>
    <message>
        <source>By class</source>
        <translation>按席别</translation>
    </message>
    <message>
        <source>By tender</source>
        <translation>按支付方式</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>当班</translation>
    </message>
    <message>
        <source>Clerk</source>
        <translation>售票员</translation>
    </message>
    <message>
        <source>Opened</source>
        <translation>开班</translation>
    </message>
    <message>
        <source>Closed</source>
        <translation>结班</translation>
    </message>
    <message>
        <source>As of</source>
        <translation>截至</translation>
    </message>
    <message>
        <source>First ticket</source>
        <translation>首张票号</translation>
    </message>
    <message>
        <source>Last ticket</source>
        <translation>末张票号</translation>
    </message>
    <message>
        <source>Tickets sold</source>
        <translation>售票张数</translation>
    </message>
    <message>
        <source>Tickets refunded</source>
        <translation>退票张数</translation>
    </message>
    <message>
        <source>Papers issued</source>
        <translation>用票张数</translation>
    </message>
    <message>
        <source>Papers spoiled</source>
        <translation>废票张数</translation>
    </message>
    <message>
        <source>Sales</source>
        <translation>售票款</translation>
    </message>
    <message>
        <source>Refunds paid out</source>
        <translation>退票款</translation>
    </message>
    <message>
        <source>Refund fees kept</source>
        <translation>退票费</translation>
    </message>
    <message>
        <source>Count</source>
        <translation>数量</translation>
    </message>
    <message>
        <source>Amount</source>
        <translation>金额</translation>
    </message>
    <message>
        <source>Drawer opened without a sale</source>
        <translation>无交易开箱次数</translation>
    </message>
    <message>
        <source>Cash is shown once the drawer has been counted.</source>
        <translation>清点钱箱后才显示现金数。</translation>
    </message>
    <message>
        <source>Drawer</source>
        <translation>钱箱</translation>
    </message>
    <message>
        <source>Denomination</source>
        <translation>面额</translation>
    </message>
    <message>
        <source>Pieces</source>
        <translation>张（枚）数</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Grand total since set-up</source>
        <translation>启用以来售票总额</translation>
    </message>
    <message>
        <source>Not yet sent</source>
        <translation>未上传</translation>
    </message>
    <message>
        <source>{count} entries, {value}</source>
        <translation>{count} 笔，{value}</translation>
    </message>
    <message>
        <source>Journal</source>
        <translation>流水号</translation>
    </message>
    <message>
        <source>Currency</source>
        <translation>币种</translation>
    </message>
    <message>
        <source>Signed, clerk</source>
        <translation>售票员签字</translation>
    </message>
    <message>
        <source>Signed, supervisor</source>
        <translation>值班员签字</translation>
    </message>
    <message>
        <source>the program</source>
        <translation>系统</translation>
    </message>
</context>
</TS>
