<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name>counterfoil</name>
    <message>
        <source>Cash refund</source>
        <translation>现金退款</translation>
    </message>
    <message>
        <source>Cash sale</source>
        <translation>现金售票</translation>
    </message>
    <message>
        <source>Customer's signature</source>
        <translation>旅客签字</translation>
    </message>
    <message>
        <source>Fare paid</source>
        <translation>票价</translation>
    </message>
    <message>
        <source>If you can read this, the printer prints.</source>
        <translation>能看清这行字，打印机工作正常。</translation>
    </message>
    <message>
        <source>Received in cash</source>
        <translation>实收现金</translation>
    </message>
    <message>
        <source>Refunded in cash</source>
        <translation>应退票款（现金）</translation>
    </message>
    <message>
        <source>Signature</source>
        <translation>签字</translation>
    </message>
    <message>
        <source>Test print</source>
        <translation>打印测试</translation>
    </message>
    <message>
        <source>Total</source>
        <translation>合计</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>Exchange</source>
        <translation>改签</translation>
    </message>
    <message>
        <source>Exchange  F9</source>
        <translation>改签  F9</translation>
    </message>
    <message>
        <source>Exchange of {number}: {service} {origin} → {destination}, {when}, {price}</source>
        <translation>改签 {number}：{service} {origin} → {destination}，{when}，{price}</translation>
    </message>
    <message>
        <source>To give back</source>
        <translation>应退</translation>
    </message>
    <message>
        <source>Slip {number} was printed for this ticket, {count} papers of it are out. Take it back and void it; the journal records that you did. Without it the ticket cannot be exchanged.</source>
        <translation>此票已打印报销凭证 {number}，共 {count} 张在外。请收回并作废，日志会记录；不收回不能改签。</translation>
    </message>
    <message>
        <source>Taken back: exchange</source>
        <translation>已收回，改签</translation>
    </message>
    <message>
        <source>Ticket {number} is taken back: void its paper and keep it.</source>
        <translation>原票 {number} 已收回：请将纸票作废并留存。</translation>
    </message>
    <message>
        <source>Tickets given in</source>
        <translation>换入原票</translation>
    </message>
    <message>
        <source>Tickets exchanged</source>
        <translation>改签张数</translation>
    </message>
    <message>
        <source>Sale by exchange</source>
        <translation>改签售票</translation>
    </message>
    <message>
        <source>Ticket given in for another</source>
        <translation>改签收回原票</translation>
    </message>
    <message>
        <source>Not exchangeable</source>
        <translation>不能改签</translation>
    </message>
    <message>
        <source>The rules do not allow an exchange of this ticket now.</source>
        <translation>按规则，此票现在不能改签。</translation>
    </message>
    <message>
        <source>Refund it, where its rules allow that, and sell a new one.</source>
        <translation>如规则允许，请先退票再另售新票。</translation>
    </message>
    <message>
        <source>Exchanged once already</source>
        <translation>已改签过</translation>
    </message>
    <message>
        <source>This ticket came of an exchange, and a ticket is exchanged once.</source>
        <translation>此票由改签而来，每张票只能改签一次。</translation>
    </message>
    <message>
        <source>Another route</source>
        <translation>乘车区间不同</translation>
    </message>
    <message>
        <source>A ticket is exchanged for one between the same two stations.</source>
        <translation>只能改签为相同发到站的车票。</translation>
    </message>
    <message>
        <source>Choose a departure between the stations of the old ticket, or refund it.</source>
        <translation>请选择与原票发到站相同的车次，或办理退票。</translation>
    </message>
    <message>
        <source>Another passenger</source>
        <translation>旅客不符</translation>
    </message>
    <message>
        <source>A ticket is exchanged for one of the same passenger and type, one at a time.</source>
        <translation>改签须为同一旅客、同一票种，每次一张。</translation>
    </message>
    <message>
        <source>Put the old ticket's passenger in again, or give the exchange up with F6.</source>
        <translation>请重新填入原票旅客，或按 F6 放弃改签。</translation>
    </message>
    <message>
        <source>It came of an exchange, and the old ticket could not be refunded any more by then.</source>
        <translation>此票由改签而来，改签时原票已不能退票。</translation>
    </message>
    <message>
        <source>It is good for its own journey.</source>
        <translation>此票可按票面乘车。</translation>
    </message>
    <message>
        <source>What was agreed does not hold any more</source>
        <translation>原约定金额已失效</translation>
    </message>
    <message>
        <source>The exchange was agreed and paid in part too long ago: another amount is due by now.</source>
        <translation>改签约定并部分付款的时间过久，现在应收金额已变。</translation>
    </message>
    <message>
        <source>Give back what was paid (Payments, Alt+P), then read the new amount to the customer.</source>
        <translation>请先退回已付款（支付，Alt+P），再向旅客告知新的金额。</translation>
    </message>
</context>
</TS>
